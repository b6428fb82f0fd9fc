"""Message transfer part, level 3 (ITU-T Q.704, Q.707), sans-I/O: one signalling point over its links."""
