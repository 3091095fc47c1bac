"""The pages of an account that allauth does not bring."""

urlpatterns: list = []
