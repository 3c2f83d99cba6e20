package io.millrace.broker.cluster.zk;

/**
 * {@code /admin/delete_topics/<topic>}: a topic whose deletion has begun and takes several transactions. No view shows
 * it, whatever is left of it, and every broker that starts finishes the work.
 */
final class DeletionNode {
    static final String ROOT = "/admin/delete_topics";

    private DeletionNode() {}

    static String path(String topic) {
        return ROOT + "/" + topic;
    }
}
