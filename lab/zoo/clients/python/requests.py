import os

import requests
from shapes import run


def ask(session):
    session.get(os.environ["URL"], timeout=int(os.environ["TIMEOUT"])).raise_for_status()


run(requests.Session, ask)
