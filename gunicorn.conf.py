"""Settings of the web server; gunicorn reads this file in its working directory. Command-line options win."""

worker_class = "gthread"
threads = 8
timeout = 120  # seconds; a large upload may take a while
control_socket_disable = True  # otherwise gunicorn writes a socket under HOME, which may not be writable
