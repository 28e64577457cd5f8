"""Placeholder while the web room is being built; replaced by its owner."""
from twisted.internet.defer import succeed
class WebService:
    def __init__(self, house, reactor):
        self.house, self.reactor = house, reactor
    def start(self):
        from twisted.web.server import Site
        from twisted.web.static import Data
        self.port = self.reactor.listenTCP(self.house.config.web.port, Site(Data(b"ok", "text/plain")), interface="127.0.0.1")
        return succeed(self.port.getHost().port)
    def stop(self):
        return self.port.stopListening()
