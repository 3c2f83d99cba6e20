package io.millrace.broker.sim;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterStoreContract;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.AfterEach;

/** The simulated store keeps the contract of the real one, as long as nothing breaks. */
class SimStoreTest extends ClusterStoreContract {
    private final SimScheduler scheduler = new SimScheduler();
    private final Trace trace = new Trace(scheduler, 100);
    private final SimNetwork network = new SimNetwork(process("wires"), trace);
    private final SimTruth truth = new SimTruth(network);
    private volatile boolean stopped;
    private final Thread world = new Thread(this::run, "world");

    private SimProcess process(String name) {
        return new SimProcess(scheduler, name, 1, 0, (who, failure) -> failure.printStackTrace());
    }

    private void run() {
        while (!stopped) {
            synchronized (scheduler) {
                scheduler.step(scheduler.nowUs() + 100);
            }
            Thread.onSpinWait();
        }
    }

    /** What the test calls is called between two events, as if it were one. */
    @Override
    protected ClusterStore open(int brokerId) {
        SimStore store;
        synchronized (scheduler) {
            store = new SimStore(truth, brokerId, process("broker-" + brokerId), 60_000_000, 0);
        }
        if (!world.isAlive()) {
            world.start();
        }
        return (ClusterStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ClusterStore.class}, (proxy, method, arguments) -> {
                    synchronized (scheduler) {
                        try {
                            return method.invoke(store, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                });
    }

    @AfterEach
    void stop() throws InterruptedException {
        stopped = true;
        world.join();
    }
}
