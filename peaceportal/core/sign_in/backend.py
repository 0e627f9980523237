from allauth.account.auth_backends import AuthenticationBackend


class StaffBackend(AuthenticationBackend):
    """Name or e-mail, and password. Asked at every request: who is closed out is out at once."""

    def user_can_authenticate(self, user):
        return user.is_active and user.is_staff
