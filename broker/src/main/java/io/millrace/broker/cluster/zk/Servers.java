package io.millrace.broker.cluster.zk;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.HostProvider;

/**
 * Chooses the server to connect to next, and how soon. After a lost connection the first attempt is made at once, and the
 * pause before each later one is a tenth of the time that has passed: who waits for a new leader of the ensemble learns of
 * it soon, and an ensemble that is away for long is asked once a second.
 *
 * <p>ZooKeeper's client pauses by itself, up to a second by chance, before it connects again. A claim of a partition waits
 * for that, and with it a producer, so the pause is cut short: an interrupt, set just before it, ends it as it begins. The
 * client takes no other notice of it.
 *
 * <p>Threading: the client's sending thread; made for one client.
 */
final class Servers implements HostProvider {
    private static final long SHORTEST_PAUSE_MS = 10;
    private static final long LONGEST_PAUSE_MS = 1000;
    private static final int SHARE = 10;

    private final List<InetSocketAddress> addresses; // names, not yet looked up
    private final Random random;
    private int next;
    private boolean wasConnected;
    private boolean isTrying;
    private long tryingSinceNanos;

    /** {@code connect} may have a chroot, which does not matter here. */
    Servers(String connect, Random random) {
        this.random = random;
        this.addresses = new ArrayList<>(new ConnectStringParser(connect).getServerAddresses());
        Collections.shuffle(addresses, random); // so that not all brokers use the first
    }

    @Override
    public int size() {
        return addresses.size();
    }

    @Override
    public InetSocketAddress next(long spinDelay) {
        if (isTrying) {
            pause();
        } else {
            isTrying = true;
            tryingSinceNanos = System.nanoTime();
        }
        InetSocketAddress address = lookUp(addresses.get(next));
        next = (next + 1) % addresses.size();
        if (wasConnected) { // only then does the client pause
            Thread.currentThread().interrupt();
        }
        return address;
    }

    private void pause() {
        long tryingMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - tryingSinceNanos);
        try {
            Thread.sleep(Math.max(SHORTEST_PAUSE_MS, Math.min(tryingMs / SHARE, LONGEST_PAUSE_MS)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private InetSocketAddress lookUp(InetSocketAddress address) {
        try {
            InetAddress[] all = InetAddress.getAllByName(address.getHostString());
            return new InetSocketAddress(all[random.nextInt(all.length)], address.getPort());
        } catch (UnknownHostException e) { // the client goes on to the next
            return address;
        }
    }

    @Override
    public void onConnected() {
        wasConnected = true;
        isTrying = false;
    }

    /** Nobody changes the list. */
    @Override
    public boolean updateServerList(Collection<InetSocketAddress> serverAddresses, InetSocketAddress currentHost) {
        return false;
    }
}
