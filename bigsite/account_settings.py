"""Settings of accounts (allauth) that are the same on every site; `settings` has those of the environment."""

AUTHENTICATION_BACKENDS = ["accounts.auth_backends.TeamBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "name"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# The password is asked twice: without a mail server, a mistyped password could not be reset.
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that registered
ACCOUNT_CHANGE_EMAIL = True  # one address at a time
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # to change the address
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to the account
UNCONFIRMED_DAYS = 7  # after which an account whose address was never confirmed is removed
STAFF_SESSION_SECONDS = 12 * 60 * 60  # after which an organizer logs in again
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
# The second factor: a code of an authenticator app, a passkey, or a recovery code.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "BIG benchmark"
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "add_webauthn": "accounts.passkey_forms.AddPasskeyForm",
    "authenticate_webauthn": "accounts.passkey_forms.PasskeyForm",
    "edit_webauthn": "accounts.passkey_forms.RenamePasskeyForm",
    "reauthenticate_webauthn": "accounts.passkey_forms.PasskeyAgainForm",
}
MFA_ADAPTER = "accounts.adapter.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # otherwise a team with a second factor could not change its address
