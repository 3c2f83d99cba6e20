package io.millrace.client.producer;

import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Topology.Broker;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.NodeEndpoint;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of batches when their request has been answered, or never will be: they end, or go out again.
 *
 * <p>Threading: the I/O thread.
 */
final class Arrivals {
    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private final ProducerConfig config;
    private final ClusterClient cluster;
    private final SendBuffer buffer;
    private final ProducerCounters counters;

    Arrivals(ProducerConfig config, ClusterClient cluster, SendBuffer buffer, ProducerCounters counters) {
        this.config = config;
        this.cluster = cluster;
        this.buffer = buffer;
        this.counters = counters;
    }

    /** With acks=0: the socket has taken all of it, and nobody says more. */
    void written(Departure departure) {
        for (int i = 0; i < departure.size(); i++) {
            departure.partition(i).hasReturned(departure.batch(i));
            done(departure.partition(i), departure.batch(i), -1, -1);
        }
    }

    void answered(Departure departure, ProduceResponse response) {
        List<Optional<PartitionResponse>> answers = departure.answers(response);
        for (int i = 0; i < departure.size(); i++) {
            departure.partition(i).hasReturned(departure.batch(i));
            if (answers.get(i).isPresent()) {
                answered(
                        departure.partition(i),
                        departure.batch(i),
                        answers.get(i).get(),
                        response);
            } else {
                again(
                        departure.partition(i),
                        departure.batch(i),
                        MillraceException.refused(
                                ErrorCode.UNKNOWN_SERVER_ERROR,
                                "The answer left out " + nameOf(departure.partition(i))));
            }
        }
    }

    /** No answer came. Whether the broker has any of it is not known. */
    void failed(Departure departure, MillraceException why) {
        cluster.routing().doubt();
        for (int i = 0; i < departure.size(); i++) {
            departure.partition(i).hasReturned(departure.batch(i));
            if (why.isRetriable()) {
                again(departure.partition(i), departure.batch(i), why);
            } else {
                fail(departure.partition(i), departure.batch(i), why);
            }
        }
    }

    private void answered(
            PartitionSends partition, PartitionBatch batch, PartitionResponse answer, ProduceResponse response) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        switch (Verdict.of(error)) {
            case DONE ->
                done(partition, batch, error == ErrorCode.NONE ? answer.baseOffset() : -1, answer.logAppendTimeMs());
            case AGAIN -> {
                boolean isNamed = answer.currentLeader().leaderId() >= 0;
                again(partition, batch, refusal(partition, error, answer));
                if (isNamed) {
                    learnLeader(partition, answer, response);
                } else {
                    cluster.routing().doubt();
                }
            }
            case RENUMBER -> {
                if (!partition.isBehindFailed(batch)) {
                    LOG.info("{} begins a new epoch: the broker says {}", nameOf(partition), error);
                    partition.sequences().breakOff();
                    counters.epochsBegun.increment();
                }
                again(partition, batch, refusal(partition, error, answer));
            }
            case SPLIT -> split(partition, batch, refusal(partition, error, answer));
            case FAILED -> fail(partition, batch, refusal(partition, error, answer));
        }
    }

    private void learnLeader(PartitionSends partition, PartitionResponse answer, ProduceResponse response) {
        int leader = answer.currentLeader().leaderId();
        Optional<Broker> endpoint = response.nodeEndpoints().stream()
                .filter(node -> node.nodeId() == leader)
                .findFirst()
                .map(Arrivals::broker);
        cluster.routing()
                .leaderIs(partition.partition(), leader, answer.currentLeader().leaderEpoch(), endpoint);
        if (cluster.routing().topology().leader(partition.partition()) == leader) {
            partition.sendAgainNow(System.nanoTime());
        }
    }

    private static Broker broker(NodeEndpoint node) {
        return new Broker(node.nodeId(), new BrokerAddress(node.host(), node.port()), Optional.ofNullable(node.rack()));
    }

    private void done(PartitionSends partition, PartitionBatch batch, long baseOffset, long appendTime) {
        SendOutcome outcome = SendOutcome.success(
                partition.partition().topic(), partition.partition().partition(), baseOffset, appendTime);
        partition.sequences().acknowledged(batch);
        if (!batch.hasEnded()) {
            counters.recordsSent.add(batch.count()); // first, so that who is told finds it counted
            counters.latencies.add(System.nanoTime() - batch.createdNs());
        }
        batch.end(outcome);
    }

    /** Has the batch go out again, in its time; unless it was given up while it was under way. */
    private void again(PartitionSends partition, PartitionBatch batch, MillraceException why) {
        if (batch.hasEnded()) {
            partition.sequences().breakOff(); // its numbers will never come
            return;
        }
        LOG.debug("{} goes out again: {}", nameOf(partition), why.getMessage());
        counters.batchesAgain.increment();
        batch.failedBy(why);
        long waitNs = Wait.afterNs(config.client().retryBackoff(), batch.attempts() - 1);
        partition.sendAgain(List.of(batch), System.nanoTime() + waitNs);
    }

    private void split(PartitionSends partition, PartitionBatch batch, MillraceException why) {
        if (batch.hasEnded()) {
            partition.sequences().breakOff();
            return;
        }
        Optional<List<PartitionBatch>> halves = BatchSplitter.split(batch, buffer);
        if (halves.isPresent()) {
            counters.batchesSplit.increment();
            partition.sendAgain(halves.get(), System.nanoTime());
        } else {
            fail(partition, batch, why);
        }
    }

    private void fail(PartitionSends partition, PartitionBatch batch, MillraceException why) {
        if (batch.number().isGiven()) {
            partition.sequences().breakOff();
        }
        if (!batch.hasEnded()) {
            counters.recordsFailed.add(batch.count());
            partition.fail(batch, why);
        }
    }

    private static MillraceException refusal(PartitionSends partition, ErrorCode error, PartitionResponse answer) {
        String more = answer.errorMessage() == null ? "" : ": " + answer.errorMessage();
        return MillraceException.refused(error, "The broker refused records of " + nameOf(partition) + more);
    }

    private static String nameOf(PartitionSends partition) {
        return "'" + partition.partition().topic() + "', partition "
                + partition.partition().partition();
    }
}
