"""Policies for browsers: everything comes from the site itself, nothing runs inline, and no device is used."""

from csp.constants import NONE, SELF, UNSAFE_INLINE

POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        # plotly.js adds an empty <style> element (this is the hash of an empty text) that it fills by script,
        # sets style attributes on the elements it draws, and exports a figure as an image through a blob.
        "style-src-elem": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

#: Permissions-Policy: pages use no device. Passkeys are asked for by the site's own pages only.
PERMISSIONS = ", ".join(
    [
        *(
            f"{name}=()"
            for name in ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope")
        ),
        *(f"{name}=()" for name in ("magnetometer", "microphone", "midi", "payment", "usb")),
        *(f"{name}=(self)" for name in ("publickey-credentials-create", "publickey-credentials-get")),
    ]
)
