import os

from celery import Celery

app = Celery(broker=os.environ["URL"])
app.conf.broker_connection_max_retries = int(os.environ["TRIES"])
app.conf.broker_connection_retry_on_startup = os.environ["SHAPE"] == "retried"
app.conf.broker_connection_timeout = int(os.environ["TIMEOUT"])
