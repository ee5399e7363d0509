# Every family a socket can have, and listening where others could connect.
import socket

UNIX, NETLINK, PACKET, ALG, VSOCK, XDP = 1, 16, 17, 38, 40, 44
try:
    socket.setdefaulttimeout(1)
    print("REACHED", socket.getaddrinfo("example.org", 80))
except OSError as error:
    print("refused", error)
for family in range(2, 46):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            with socket.socket(family, kind) as opened:
                print("opened", family, kind)
                if family in (PACKET, ALG, VSOCK, XDP):
                    print("REACHED", family)
                if family == socket.AF_INET and kind == socket.SOCK_DGRAM:
                    opened.connect(("192.0.2.1", 53))
                    opened.send(b"x")
                    print("REACHED outside")
        except OSError:
            pass
