# %% insert after setup
@TRIES@
# %% insert after check q2_1
import array
def flight():
    ps=[]
    for i in range(200):
        a,b=socket.socketpair(); a.sendmsg([b'x'],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[a.fileno(),b.fileno()]))]); ps.append(1)
    return len(ps)
t('flight',flight)
s=socket.socket(fileno=os.dup(11))
t('towire',lambda: s.sendmsg([b''],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[11]*50))]))
t('towire1',lambda: s.sendmsg([b'\0'],[(socket.SOL_SOCKET,socket.SCM_RIGHTS,array.array('i',[11]*50))]))
