import os

import paho.mqtt.client as mqtt
from shapes import run


def connect():
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect_timeout = int(os.environ["TIMEOUT"])
    client.connect(os.environ["HOST"], int(os.environ["PORT"]))
    return client


def ask(client):
    client.publish("orders", "order")


run(connect, ask)
