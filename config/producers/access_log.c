/*
 * Ships lines from standard input into Millrace with librdkafka: tail -F /var/log/nginx/access.log | ./access_log 127.0.0.1:9092 access-log
 * Debian: apt-get install librdkafka-dev gcc; then: gcc -O2 -Wall -Wextra -o access_log access_log.c -lrdkafka
 *
 * Every line is counted as delivered or as failed, and the exit code is 0 only if none failed.
 */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static long delivered, failed;
static volatile sig_atomic_t stopping;

/* Called by rd_kafka_poll and rd_kafka_flush, on this program's only thread. */
static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque) {
  (void)producer;
  (void)opaque;
  if (message->err) {
    if (failed++ == 0) fprintf(stderr, "not delivered: %s\n", rd_kafka_err2str(message->err));
  } else {
    delivered++;
  }
}

static void on_stop(int signal) {
  (void)signal;
  stopping = 1;
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char error[512];
  if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
    fprintf(stderr, "%s\n", error);
    exit(2);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: %s HOST:PORT[,HOST:PORT...] TOPIC < LINES\n", argv[0]);
    return 2;
  }
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", argv[1]);
  set(conf, "client.id", "access_log");
  set(conf, "enable.idempotence", "true"); /* acks=all; retries neither double nor reorder lines */
  set(conf, "compression.codec", "lz4");
  set(conf, "linger.ms", "50");
  set(conf, "message.timeout.ms", "300000");
  set(conf, "queue.buffering.max.messages", "200000"); /* memory has a bound */
  set(conf, "queue.buffering.max.kbytes", "65536");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);

  char error[512];
  rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (!producer) {
    fprintf(stderr, "%s\n", error);
    return 2;
  }

  struct sigaction stop = {.sa_handler = on_stop}; /* without SA_RESTART: a read that waits ends */
  sigaction(SIGINT, &stop, NULL);
  sigaction(SIGTERM, &stop, NULL);

  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  while (!stopping && (length = getline(&line, &room, stdin)) != -1) {
    if (length > 0 && line[length - 1] == '\n') length--;
    rd_kafka_resp_err_t err;
    /* A full queue: wait until some of it is delivered. A web server would rather drop the line here, and count it. */
    while ((err = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(argv[2]), RD_KAFKA_V_VALUE(line, length),
                                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer, 100);
    }
    if (err) {
      if (failed++ == 0) fprintf(stderr, "not sent: %s\n", rd_kafka_err2str(err));
    }
    rd_kafka_poll(producer, 0);
  }
  free(line);

  rd_kafka_flush(producer, 300000); /* no shorter than message.timeout.ms, so that each line has its outcome */
  failed += rd_kafka_outq_len(producer);
  fprintf(stderr, "%ld delivered, %ld failed\n", delivered, failed);
  rd_kafka_destroy(producer);
  return failed == 0 ? 0 : 1;
}
