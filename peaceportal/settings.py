"""Settings of Peace Portal. What an installation may change comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

from peaceportal import __version__, environment

VERSION = __version__
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.env.str("DATA_DIR", default="") or BASE_DIR / "var").absolute()

# The site and its addresses

DEBUG = environment.flag("DEBUG", default=False)
SITE_URL = environment.site_url("SITE_URL", default="http://127.0.0.1:8000")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
IS_HTTPS = SITE_URL.startswith("https://")
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "::1"}
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS") or [SITE_HOST]
if not IS_HTTPS:
    if not DEBUG and SITE_HOST not in LOOPBACK_NAMES:
        environment.stop("plain http serves this machine alone. Set SITE_URL to an https address.")
    ALLOWED_HOSTS = LOOPBACK

ROOT_URLCONF = "peaceportal.urls"
WSGI_APPLICATION = "peaceportal.wsgi.application"

# Security

SECRET_KEY_FILE = DATA_DIR / "secret_key"
SECRET_KEY = environment.secret(
    "SECRET_KEY",
    file=SECRET_KEY_FILE,
    required=not (DEBUG or environment.is_restoring()),
)
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
# Public pages never see who has signed in.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
X_FRAME_OPTIONS = "DENY"
# Whether a proxy stands in front that says who asks, and by which scheme.
TRUST_PROXY = environment.flag("TRUST_PROXY", default=False)
# Where it says who asks. A name without hyphens has no second spelling that visitors could send.
PROXY_ADDRESS_HEADER = environment.header("PROXY_ADDRESS_HEADER", default="X-Forwarded-For")
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for sub-domains would bind somebody's whole domain
    "security.W021",  # and so would its preload list
    "imagefield.I001",  # pictures are shown whole: no point of interest is needed to crop them
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Only a response that used its nonce names it: in the admin, forms with an editor.
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# What it is made of

INSTALLED_APPS = [
    "peaceportal.core",
    "organisations",
    "timeline",
    "peaceportal.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_prose_editor",
    "reversion",
]
MIDDLEWARE = [
    "peaceportal.whole_pages.WholePages",  # first: what it keeps goes no further
    "peaceportal.requests.Requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "peaceportal.compression.CompressText",
    "peaceportal.streams.Streams",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "peaceportal.bodies.BoundedBodies",
    "peaceportal.frequency.Searches",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Signing in: `core/sign_in`. Of allauth, only what is named there has an address.

# A local copy may do without the second factor; nothing that others reach may.
REQUIRE_SECOND_FACTOR = environment.flag("REQUIRE_SECOND_FACTOR", default=True)
if not REQUIRE_SECOND_FACTOR and (IS_HTTPS or SITE_HOST not in LOOPBACK_NAMES):
    environment.stop(
        "REQUIRE_SECOND_FACTOR may be no only where SITE_URL is plain http on this machine."
    )
# A working day: who comes back the next morning signs in anew, and nobody at lunch does.
SESSION_COOKIE_AGE = 12 * 3600  # seconds of not being used
SIGN_INS_KEPT_DAYS = environment.number("SIGN_INS_KEPT_DAYS", default=365, least=1)
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # seconds that a one-time link is good for
AUTHENTICATION_BACKENDS = ["peaceportal.core.sign_in.backend.StaffBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "peaceportal.core.sign_in.adapters.StaffAdapter"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds after which a change of factors asks again
ACCOUNT_RATE_LIMITS = {
    "login": "100/15m/ip",
    "login_failed": "10/15m/key,50/15m/ip",  # the key is a name tried from one address
    "login_failed_anywhere": "100/h/key",  # and here a name, whoever tries it
    "reset_password": "20/h/ip,5/h/key",
    "reset_password_from_key": "50/15m/ip",
    "change_password": "20/15m/user",
    "reauthenticate": "20/15m/user",
}
ACCOUNT_FORMS = {
    "login": "peaceportal.core.sign_in.forms.SignInForm",
    "change_password": "peaceportal.core.sign_in.forms.PasswordChangeForm",
    "reauthenticate": "peaceportal.core.sign_in.forms.ConfirmForm",
    "reset_password": "peaceportal.core.sign_in.forms.ForgottenForm",
    "reset_password_from_key": "peaceportal.core.sign_in.forms.NewPasswordForm",
    "user_token": "peaceportal.core.sign_in.forms.LinkForm",
}
MFA_ADAPTER = "peaceportal.core.sign_in.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that a telephone's clock may be off
MFA_RATE_LIMITS = {"webauthn_login": "50/15m/ip"}
MFA_FORMS = {
    "activate_totp": "peaceportal.core.sign_in.forms.AppForm",
    "add_webauthn": "peaceportal.core.sign_in.forms.PasskeyForm",
    "authenticate": "peaceportal.core.sign_in.forms.CodeForm",
    "authenticate_webauthn": "peaceportal.core.sign_in.forms.PasskeyStepForm",
    "login_webauthn": "peaceportal.core.sign_in.forms.PasskeySignInForm",
    "reauthenticate": "peaceportal.core.sign_in.forms.ConfirmCodeForm",
    "reauthenticate_webauthn": "peaceportal.core.sign_in.forms.ConfirmPasskeyForm",
}

# Data

DATABASES = {
    "default": environment.database(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'peaceportal.sqlite3'}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# What all processes share: what is counted in it is counted once. Migrations make the tables.
# Of signing in, and apart from it of visitors: where there are too many entries some are dropped,
# and no searches, however many, may drop what was counted of passwords.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "peaceportal_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
    "visitors": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "peaceportal_visitors",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
# Where `manage.py backup` puts what it makes, and which settings belong to a whole site.
BACKUP_DIR = Path(environment.env.str("BACKUP_DIR", default="") or DATA_DIR / "backups").absolute()
ENVIRONMENT_NAMES = environment.NAMES
SECRET_NAMES = environment.SECRET_NAMES
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Seconds that a query of a public page may take.
PUBLIC_QUERY_SECONDS = environment.number("PUBLIC_QUERY_SECONDS", default=15, least=1)

# Megabytes of public pages that each process keeps whole; 0 keeps none.
PAGE_CACHE_MB = environment.number("PAGE_CACHE_MB", default=32, least=0)

# Languages and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "peaceportal" / "locale"]
FORMAT_MODULE_PATH = ["peaceportal.formats"]
USE_TZ = True
TIME_ZONE = environment.time_zone("TIME_ZONE", default="UTC")

# Files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
IMAGEFIELD_AUTOGENERATE = False  # `core/images` says when copies of pictures are made
IMAGEFIELD_VALIDATE_ON_SAVE = False  # and looks at them more closely
IMAGEFIELD_BIN_DEPTH = 2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a form with hundreds of rows beneath it is no attack
DATA_UPLOAD_MAX_MEMORY_SIZE = 12_000_000  # bytes: the text of a whole book, in any script
STORAGES = {
    "default": {"BACKEND": "peaceportal.core.whole_files.WholeFilesStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "peaceportal.core.stylesheets.OneStyleSheetStorage"
    },
}

# What goes wrong goes to the error stream, where a service manager keeps it

SLOW_REQUEST_MS = environment.number("SLOW_REQUEST_MS", default=3000, least=1)
SLOW_QUERY_MS = environment.number("SLOW_QUERY_MS", default=1000, least=1)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "peaceportal.core.logs.ForWhoever"}},
    "filters": {"strangers": {"()": "peaceportal.core.logs.Strangers"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "filters": ["strangers"],
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
if DEBUG:
    del LOGGING["loggers"]  # Django's own lines for each request

SENTRY_DSN = environment.error_reports("SENTRY_DSN")

# Whether links may lead to addresses inside a network, which `check_links` then asks.
LINK_CHECK_MAY_BE_PRIVATE = False

# E-mail

_MAIL = environment.mail("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST = _MAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _MAIL.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _MAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _MAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _MAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.env.str(
    "DEFAULT_FROM_EMAIL", default=f"peaceportal@{SITE_HOST}"
)
CORRECTIONS_EMAIL = environment.address("CORRECTIONS_EMAIL", default=DEFAULT_FROM_EMAIL)
OPERATOR_EMAIL = environment.address("OPERATOR_EMAIL", default="")
