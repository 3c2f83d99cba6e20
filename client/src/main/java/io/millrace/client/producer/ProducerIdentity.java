package io.millrace.client.producer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Target;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.InitProducerIdRequest;
import io.millrace.protocol.message.InitProducerIdResponse;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The id by which brokers know this producer: asked for when it is needed first, and again when its epochs are used up.
 * Tries for ever; what waits for it meanwhile ends by its own time.
 *
 * <p>Threading: the I/O thread.
 */
final class ProducerIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerIdentity.class);

    private final ClusterClient cluster;
    private final Runnable onChange;
    private final Wait wait;
    private final IoTimer timer;
    private ProducerNumber present = ProducerNumber.NONE;
    private Optional<MillraceException> refusal = Optional.empty();
    private boolean asking;

    /** @param onChange runs when there is an id, or a broker has refused to give one */
    ProducerIdentity(ClusterClient cluster, Runnable onChange) {
        this.cluster = cluster;
        this.onChange = onChange;
        this.wait = new Wait(cluster.config().retryBackoff());
        this.timer = cluster.thread().timer(this::ask);
    }

    /** The id and the epoch to begin with; {@link ProducerNumber#NONE} while there is none, and it is asked for. */
    ProducerNumber present() {
        if (!present.isGiven() && !asking) {
            asking = true;
            ask();
        }
        return present;
    }

    /** Why there will be no id, if a broker says so for good: the records that wait fail with it. */
    Optional<MillraceException> takeRefusal() {
        Optional<MillraceException> taken = refusal;
        refusal = Optional.empty();
        return taken;
    }

    /** The present one is of no more use. */
    void renew() {
        present = ProducerNumber.NONE;
    }

    private void ask() {
        InitProducerIdRequest request = InitProducerIdRequest.builder()
                .transactionalId(null)
                .transactionTimeoutMs(Integer.MAX_VALUE)
                .build();
        cluster.call(Target.any(), request).whenComplete((answer, failure) -> {
            if (failure != null) {
                failed(ClusterClient.asMillrace(failure));
            } else if (answer.errorCode() != ErrorCode.NONE.code()) {
                failed(
                        MillraceException.refused(
                                ErrorCode.of(answer.errorCode()),
                                "The cluster gives this producer no id; set enable.idempotence to false if it is not to have one"));
            } else {
                given(answer);
            }
        });
    }

    private void given(InitProducerIdResponse answer) {
        asking = false;
        wait.reset();
        present = new ProducerNumber(answer.producerId(), answer.producerEpoch(), 0);
        onChange.run();
    }

    private void failed(MillraceException why) {
        if (why.reason() == MillraceException.Reason.CLOSED) {
            return;
        }
        LOG.debug("No producer id: {}", why.getMessage());
        if (why.isRetriable()) {
            timer.runBy(System.nanoTime() + wait.nextNs());
        } else {
            asking = false;
            refusal = Optional.of(why);
            onChange.run();
        }
    }

    void close() {
        timer.cancel();
    }
}
