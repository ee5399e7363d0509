# Each asks for memory that is counted against no process. One gigabyte by any of them is too much.
import ctypes
import os

GIGABYTE = 1_000_000_000
block = b"x" * 10_000_000


def fill(descriptor):
    for _ in range(100):
        os.write(descriptor, block)


def by_memfd():
    fill(os.memfd_create("hoard"))


def by_shm():
    fill(os.open("/dev/shm/hoard", os.O_CREAT | os.O_RDWR))


def by_shmget():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    identity = libc.shmget(0, ctypes.c_size_t(GIGABYTE), 0o1666)
    if identity < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    address = libc.shmat(identity, None, 0)
    libc.shmctl(identity, 0, None)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    ctypes.memset(address, 1, GIGABYTE)


for attempt in (by_memfd, by_shm, by_shmget):
    try:
        attempt()
        print("REACHED", attempt.__name__)
    except OSError as error:
        print("refused", attempt.__name__, error)
