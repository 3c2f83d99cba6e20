package io.millrace.client.net;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up host names on a thread of its own, which is there only while names are looked up: the system's look-up waits
 * for name servers, seconds where they are away, and the I/O thread must not.
 *
 * <p>Threading: any thread.
 */
final class HostNames extends AddressResolverGroup<InetSocketAddress> {
    private static final int MAX_WAITING = 1_000;

    private final ThreadPoolExecutor lookups = new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            new DefaultThreadFactory("millrace-names", true));

    HostNames() {
        lookups.allowCoreThreadTimeOut(true);
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor loop) {
        return new Names(loop).asAddressResolver();
    }

    @Override
    public void close() {
        super.close();
        lookups.shutdownNow();
    }

    private final class Names extends InetNameResolver {
        private Names(EventExecutor loop) {
            super(loop);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> found) throws UnknownHostException {
            if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
                found.setSuccess(InetAddress.getByName(host)); // is read, not looked up
                return;
            }
            try {
                lookups.execute(() -> lookUp(host, found));
            } catch (RejectedExecutionException e) {
                found.tryFailure(e);
            }
        }

        /** One of a name's addresses, by chance: the next attempt may take another. */
        private void lookUp(String host, Promise<InetAddress> found) {
            try {
                InetAddress[] all = InetAddress.getAllByName(host);
                found.trySuccess(all[ThreadLocalRandom.current().nextInt(all.length)]);
            } catch (UnknownHostException e) {
                found.tryFailure(new UnknownHostException("the name " + host + " is not known"));
            }
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> found) {
            found.tryFailure(new UnsupportedOperationException("only one address of " + host + " is used"));
        }
    }
}
