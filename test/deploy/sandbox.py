"""Runs a command under the system call filter of a systemd unit: sandbox.py CALLS FAMILIES ERRNO COMMAND...

CALLS are the names that are allowed, FAMILIES the numbers of address families, ERRNO what other calls return ("kill" ends the process).
"""

import ctypes
import os
import sys

calls, families, errno, *command = sys.argv[1:]
library = ctypes.CDLL("libseccomp.so.2")
library.seccomp_init.restype = ctypes.c_void_p
ALLOW, KILL, ERRNO, EQUAL = 0x7FFF0000, 0x80000000, 0x00050000, 4


class Compared(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(KILL if errno == "kill" else ERRNO | int(errno))))
for name in {*calls.split(","), "execve", "exit_group"} - {"socket"}:
    number = library.seccomp_syscall_resolve_name(name.encode())
    # A call of another kind of machine, or one that the library does not know.
    if number >= 0 and library.seccomp_rule_add_array(filter_, ctypes.c_uint32(ALLOW), number, 0, None) != 0:
        sys.exit(f"no rule for {name}")
number = library.seccomp_syscall_resolve_name(b"socket")
for family in families.split(","):
    compared = Compared(0, EQUAL, int(family), 0)
    if library.seccomp_rule_add_array(filter_, ctypes.c_uint32(ALLOW), number, 1, ctypes.byref(compared)) != 0:
        sys.exit(f"no rule for the address family {family}")
if library.seccomp_load(filter_) != 0:
    sys.exit("the filter cannot be put in force")
os.umask(0o077)
os.execvp(command[0], command)
