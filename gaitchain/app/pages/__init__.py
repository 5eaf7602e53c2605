"""The pages of the app: what the server draws; what happens on them goes through the API."""

from gaitchain.app.pages.errors import error_page
from gaitchain.app.pages.routes import router

__all__ = ["error_page", "router"]
