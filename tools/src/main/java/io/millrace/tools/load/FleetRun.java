package io.millrace.tools.load;

import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Terminal;
import io.millrace.tools.terminal.Units;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs a {@link Fleet} for the verbs that want one, and tells what came of it. Threading: one thread's. */
final class FleetRun {
    private static final Duration TO_END = Duration.ofSeconds(30);

    private final Terminal terminal;
    private final PerfReport report;
    private final LoadOptions load;
    private final String what;

    FleetRun(Terminal terminal, PerfReport report, LoadOptions load, String what) {
        this.terminal = terminal;
        this.report = report;
        this.load = load;
        this.what = what;
    }

    static Duration time(String option, String text) {
        try {
            return Units.parseDuration(text);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(option + ": " + e.getMessage());
        }
    }

    int run(
            ProducerConfig producer,
            int producers,
            ConsumerConfig consumer,
            int consumers,
            int partitions,
            double rate,
            Duration warmUp)
            throws IOException {
        int size = load.sizeWithStamp();
        Meter meter = new Meter();
        try (Fleet fleet = new Fleet(load.topic(), partitions, meter);
                Interruption interruption = Interruption.watch(() -> {}, TO_END)) {
            fleet.addConsumers(consumer, consumers);
            fleet.addProducers(producer, producers, size);
            Fleet.Outcome outcome;
            Watch watch = Watch.start(terminal, meter);
            try {
                outcome = fleet.run(
                        new Fleet.Order(rate, size, warmUp, load.duration(), load.count()),
                        load.payloads(),
                        interruption::isRequested);
            } finally {
                watch.end();
            }
            Map<String, Object> more = new LinkedHashMap<>();
            more.put("topic", load.topic());
            more.put("partitions", partitions);
            more.put("producers", producers);
            more.put("consumers", consumers);
            more.put("recordBytes", size);
            more.put("sent", outcome.sent());
            String of =
                    consumers > 0 ? "from when a record was due until it was received" : "until it was acknowledged";
            report.tell(what, of, more, meter, outcome.seconds());
            long missing = outcome.sent() - meter.records();
            if (missing > 0 || meter.failures() > 0) {
                throw Failure.of(meter.failures() + " records failed, and " + Math.max(0, missing - meter.failures())
                        + " did not arrive");
            }
            return 0;
        }
    }
}
