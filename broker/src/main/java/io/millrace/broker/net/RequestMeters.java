package io.millrace.broker.net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How many requests of one kind there were, of which versions, what they were answered and how long each part of the way
 * took: Kafka's RequestMetrics.
 *
 * <p>Threading: any thread, without a lock.
 */
final class RequestMeters implements ApiMessage.ErrorListener {
    private static final double NANOS_PER_MS = 1e6;
    private static final String TYPE = "kafka.network.RequestMetrics.";

    private final MeterRegistry registry;
    private final String request;
    private final int lowestVersion;
    private final AtomicReferenceArray<Counter> versions;
    private final Map<ErrorCode, Counter> errors = new ConcurrentHashMap<>();
    private final Counter noError;
    private final DistributionSummary total;
    private final DistributionSummary queued;
    private final DistributionSummary local;
    private final DistributionSummary remote;
    private final DistributionSummary throttled;
    private final DistributionSummary ordered;
    private final DistributionSummary sent;
    private final DistributionSummary bytes;

    /** @param request as Kafka calls this kind */
    RequestMeters(MeterRegistry registry, String request, int lowestVersion, int highestVersion) {
        this.registry = registry;
        this.request = request;
        this.lowestVersion = lowestVersion;
        this.versions = new AtomicReferenceArray<>(highestVersion - lowestVersion + 1);
        this.noError = registry.counter(TYPE + "ErrorsPerSec", "request", request, "error", ErrorCode.NONE.name());
        this.total = time("TotalTimeMs");
        this.queued = time("RequestQueueTimeMs");
        this.local = time("LocalTimeMs");
        this.remote = time("RemoteTimeMs");
        this.throttled = time("ThrottleTimeMs");
        this.ordered = time("ResponseQueueTimeMs");
        this.sent = time("ResponseSendTimeMs");
        this.bytes = DistributionSummary.builder(TYPE + "RequestBytes")
                .tag("request", request)
                .register(registry);
    }

    private DistributionSummary time(String name) {
        return DistributionSummary.builder(TYPE + name)
                .tag("request", request)
                .baseUnit("milliseconds")
                .register(registry);
    }

    void came(int version, int size) {
        int at = version - lowestVersion;
        Counter counter = versions.getPlain(at);
        if (counter == null) {
            counter =
                    registry.counter(TYPE + "RequestsPerSec", "request", request, "version", Integer.toString(version));
            versions.set(at, counter);
        }
        counter.increment();
        bytes.record(size);
    }

    /** What a request, or a part of one, was answered. */
    @Override
    public void error(short code) {
        if (code == 0) {
            noError.increment();
            return;
        }
        errors.computeIfAbsent(
                        ErrorCode.of(code),
                        error -> registry.counter(TYPE + "ErrorsPerSec", "request", request, "error", error.name()))
                .increment();
    }

    /** An answer is with the system: how long it took, in nanoseconds. */
    void done(long queuedNs, long localNs, long remoteNs, long orderedNs, long sentNs, int throttleMs) {
        queued.record(queuedNs / NANOS_PER_MS);
        local.record(localNs / NANOS_PER_MS);
        remote.record(remoteNs / NANOS_PER_MS);
        throttled.record(throttleMs);
        ordered.record(orderedNs / NANOS_PER_MS);
        sent.record(sentNs / NANOS_PER_MS);
        total.record((queuedNs + localNs + remoteNs + orderedNs + sentNs) / NANOS_PER_MS + throttleMs);
    }
}
