"""The scoring core: from a submission file and the test labels to metrics.

Free of Django, torch and scikit-learn, so that it starts fast in a worker and can be used offline.
"""

import os

# One thread costs the least CPU time and memory; what scores files side by side does so in processes.
# polars and NumPy's BLAS read these once, when they are first imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# polars' allocator gives memory back at once: else a worker keeps some 30 MB of each file for no use.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0")
