"""One file a board kind; its data (LEDs, registers, alarms, fault points, timings) is boards/kinds/<kind>.yaml."""
