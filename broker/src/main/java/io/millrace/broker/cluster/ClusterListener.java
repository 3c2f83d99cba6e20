package io.millrace.broker.cluster;

/** Is told of every new view of the cluster. */
@FunctionalInterface
public interface ClusterListener {

    /**
     * Called on the cluster-event thread after each new view, in order; never two at a time. Must not block: no disk, no
     * waiting for the store or a peer. When it is called the store's {@code view()} is the change's {@code after}.
     */
    void onChange(ClusterChange change);
}
