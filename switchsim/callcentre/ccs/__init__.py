"""CCS, the call-centre server: a pair of processes that choose where calls go, and give them to agents by their skills.

`configuration` (with `ini` and `users`) reads the files of ICDCONFIG; `pair` says who is active; `routes` answers where
a call goes; `order` is the order of idle seats and waiting calls, `distribution` gives the ones to the others;
`agents` signs in; `belief` tells what is thought of them; `flows` finds an IVR; `calldata` keeps what is known of a
call; `server` is the process.
"""
