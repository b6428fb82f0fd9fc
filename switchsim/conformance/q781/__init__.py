"""Q.781: the tests of MTP level 2, played at the link by a tester that follows its sheet and nothing else."""
