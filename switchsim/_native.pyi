"""What `native/build_native.py` builds: the cffi module over native/include/swd.h."""

from typing import Any

ffi: Any
lib: Any
