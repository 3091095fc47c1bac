"""Settings of the web server; gunicorn reads this file where it is started. Options on its command line win."""

worker_class = "gthread"
threads = 8
timeout = 120  # seconds; a large upload may take a while
control_socket_disable = True  # else gunicorn writes a socket under HOME, which may not be writable
