"""ISDN user part (ITU-T Q.761-Q.764), sans-I/O: `codec`, `messages`, `parameters` and `values` hold its octets."""
