"""Q.782: the tests of MTP level 3, played at the links of one signalling point by a tester with octets of its own."""
