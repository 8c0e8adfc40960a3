"""A static student and an adapter in Python: text in, corrected vector out.

The arithmetic is that of two WebAssembly modules, which the wheel carries and wasmtime runs. Compile the modules once;
threads share them. A ``Host`` has memory of its own and serves one call at a time: open one a thread for speed. A call
into WebAssembly costs tens of microseconds from Python, so give it batches.
"""

from .adapter import Adapter
from .errors import ChelatedError, Code
from .host import Host
from .index import Index
from .modules import Modules
from .student import Student
from .tokens import Tokens

__all__ = ["Adapter", "ChelatedError", "Code", "Host", "Index", "Modules", "Student", "Tokens"]
