# Someone listens on each of these. A connection that is made is seen on both sides.
import socket

targets = [
    ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", int("@PORT@"))),
    ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", int("@UDP_PORT@"))),
    ("abstract socket", socket.AF_UNIX, socket.SOCK_STREAM, "\0@ABSTRACT@"),
    ("socket file", socket.AF_UNIX, socket.SOCK_STREAM, "@SOCKET@"),
]
for name, family, kind, address in targets:
    try:
        with socket.socket(family, kind) as connection:
            connection.settimeout(1)
            connection.connect(address)
            connection.send(b"hello from the sandbox")
        print("REACHED", name)
    except OSError as error:
        print("refused", name, error)
