# %% insert after setup
@TRIES@
# %% replace q2_1
N=0
def flatten(images):
    global N; N+=1
    return [np.zeros(3,dtype=[('a'*1000000,'f4')]),np.zeros(1,'V200000000'),np.array(['\ud800'*10]),np.zeros(4,'M8[as]'),np.zeros(4,np.longdouble),np.zeros((1,)*64),np.zeros(2,dtype=np.dtype('O')),np.zeros(1,'U50000000'),np.zeros(1,dtype=np.dtype({'names':['x'],'formats':['f4'],'offsets':[1<<28],'itemsize':(1<<28)+8}))][N%9]
