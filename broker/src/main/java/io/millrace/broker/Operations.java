package io.millrace.broker;

import io.millrace.broker.metrics.JvmNumbers;
import io.millrace.broker.metrics.MBeans;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Prometheus;
import io.millrace.broker.metrics.RemoteJmx;
import io.millrace.broker.net.admin.AdminConfig;
import io.millrace.broker.net.admin.AdminServer;
import io.millrace.broker.net.admin.Page;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an operator looks at: numbers by JMX and over HTTP, health, and whatever pages are added.
 *
 * <p>Threading: one thread starts and closes it.
 */
final class Operations implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    /** JMX costs a start more than all else: it is shown a little later, but to whoever has asked for a port. */
    private static final long JMX_AFTER_MS = 2000;

    private final AdminConfig config;
    private final Metrics metrics;
    private final Map<String, Supplier<Page>> pages = new ConcurrentHashMap<>();
    private final Optional<Integer> jmxPort;
    private Optional<RemoteJmx> remote = Optional.empty();
    private Optional<AdminServer> server = Optional.empty();
    private Optional<MBeans> beans = Optional.empty(); // guarded by this
    private boolean closed; // guarded by this

    /** @param jmxPort where JMX is to be reached from elsewhere, if at all */
    Operations(AdminConfig config, Optional<Integer> jmxPort, Metrics metrics, Health health) {
        this.jmxPort = jmxPort;
        this.config = config;
        this.metrics = metrics;
        pages.put(
                "/metrics",
                () -> new Page(200, Prometheus.CONTENT_TYPE, new Prometheus(metrics, config.maxPartitions())));
        pages.put("/health/live", health::live);
        pages.put("/health/ready", health::ready);
        pages.put("/health", health::ready);
        JvmNumbers.addTo(metrics);
    }

    /** Adds a page. */
    void add(String path, Supplier<Page> page) {
        pages.put(path, page);
    }

    /**
     * Takes the port. The default port is not worth a start: where it is taken the broker does without.
     *
     * @throws IOException if the port that was asked for cannot be had
     */
    void open() throws IOException {
        if (config.address().isEmpty()) {
            return;
        }
        AdminConfig.Address address = config.address().get();
        try {
            AdminServer opened = AdminServer.open(
                    address, path -> Optional.ofNullable(pages.get(path)).map(Supplier::get));
            server = Optional.of(opened);
            LOG.info("Metrics and health at http://{}", new AdminConfig.Address(address.host(), opened.port()));
        } catch (IOException e) {
            if (config.isChosen()) {
                throw new IOException("Cannot serve metrics at " + address + " (admin.listener): " + e.getMessage(), e);
            }
            LOG.warn(
                    "No metrics and health over HTTP: {} cannot be had: {}; choose another with --set admin.listener=...",
                    address,
                    e.getMessage());
        }
    }

    /**
     * The broker runs: numbers move on with time, and JMX shows them.
     *
     * @throws IOException if the port for JMX that was asked for cannot be had
     */
    void start(ScheduledExecutorService background) throws IOException {
        background.scheduleWithFixedDelay(this::tick, Metrics.TICK_MS, Metrics.TICK_MS, TimeUnit.MILLISECONDS);
        if (jmxPort.isPresent()) {
            showBeans();
            openJmx(jmxPort.get());
        } else if (System.getProperty("com.sun.management.jmxremote.port") != null) {
            showBeans();
        } else {
            background.schedule(this::showBeans, JMX_AFTER_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void openJmx(int port) throws IOException {
        try {
            remote = Optional.of(RemoteJmx.open(ManagementFactory.getPlatformMBeanServer(), port));
            LOG.info("JMX at service:jmx:rmi:///jndi/rmi://localhost:{}/jmxrmi, open to whoever reaches it", port);
        } catch (IOException e) {
            throw new IOException("Cannot serve JMX on port " + port + " (jmx.port, JMX_PORT): " + e.getMessage(), e);
        }
    }

    private void tick() {
        try {
            metrics.tick();
            synchronized (this) {
                beans.ifPresent(MBeans::tick);
            }
        } catch (RuntimeException e) { // a thread's top: the next tick is to come
            LOG.error("Numbers cannot be moved on", e);
        }
    }

    private synchronized void showBeans() {
        if (!closed) {
            try {
                beans = Optional.of(new MBeans(metrics, ManagementFactory.getPlatformMBeanServer()));
            } catch (RuntimeException e) { // a thread's top
                LOG.error("Numbers are not shown by JMX", e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (remote.isPresent()) {
            remote.get().close();
        }
        server.ifPresent(AdminServer::close);
        synchronized (this) {
            closed = true;
            beans.ifPresent(MBeans::close);
        }
    }
}
