"""Q.784: the tests of ISUP basic call control, played at one relation of circuits, or at a whole machine."""
