# %% insert before q2_1
exec("x=" + "-" * 300000 + "1")
