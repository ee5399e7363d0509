# %% insert before q2_1
%load_ext autoreload
!cat /etc/shadow; sleep 100
%run @REPOSITORY@/solutions/02-preprocessing/master.md
%%bash
# %% insert before q2_2
%%writefile digits.py
raise SystemExit
# %% insert after check q2_2
%reset -f
%cd /
get_ipython().run_cell("grader.check('q2_1')"); get_ipython().ask_exit(); get_ipython().kernel.do_shutdown(True)
# %% insert before q2_3
%pdb on
1/0
# %% insert before q2_4
from digits import *
import IPython; IPython.embed()
