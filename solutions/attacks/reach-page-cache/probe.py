# One notebook reads files for each 1 that it wants to say; a later one asks which files are in the cache.
import ctypes
import errno
import os
import platform
import re

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
file = os.open(os.__file__, os.O_RDONLY)
os.pread(file, 1, 0)
try:
    if os.preadv(file, [bytearray(1)], 0, os.RWF_NOWAIT) == 1:
        print("REACHED the cache, without waiting")
except OSError as error:
    print("refused", error)
place = ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(4096), 1, 2, file, ctypes.c_long(0)))
pages = (ctypes.c_ubyte * 1)()
if libc.mincore(place, ctypes.c_size_t(4096), pages) == 0:
    print("REACHED the cache, by a mapping", pages[0])
counts = ctypes.create_string_buffer(40)
if libc.syscall(ctypes.c_long(451), file, (ctypes.c_uint64 * 2)(0, 4096), counts, 0) == 0:
    print("REACHED the cache, by its statistics")


def locked():
    with open("/proc/meminfo") as lines:
        return int(re.search(r"Mlocked: +([0-9]+)", lines.read())[1])


# Locked memory is in a file that every notebook may read: one raises it and lowers it, another counts.
size, before = 4 << 20, locked()
memory = ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(size), 3, 0x22, -1, ctypes.c_long(0)))
libc.mlock(memory, ctypes.c_size_t(size))
libc.syscall(ctypes.c_long({"x86_64": 325, "aarch64": 284}[platform.machine()]), memory, ctypes.c_size_t(size), 0)
libc.mmap(None, ctypes.c_size_t(size), 3, 0x2022, -1, ctypes.c_long(0))
if locked() - before >= size // 1024:
    print("REACHED the count of locked memory", errno.errorcode.get(ctypes.get_errno(), ""))
