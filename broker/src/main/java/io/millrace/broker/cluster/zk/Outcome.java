package io.millrace.broker.cluster.zk;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import org.apache.zookeeper.KeeperException.Code;

/**
 * How a transaction ended.
 *
 * @param code OK, or why nothing of it was done
 * @param failedAt index of the operation that did not fit, -1 if there is none
 * @param repeated whether an earlier attempt may have been done, its answer lost with the connection
 */
record Outcome(Code code, int failedAt, boolean repeated) {
    boolean isDone() {
        return code == Code.OK;
    }

    /** What to tell a caller who can make nothing of this outcome. */
    ApiException unexpected(String what) {
        return new ApiException(ErrorCode.UNKNOWN_SERVER_ERROR, what + " failed: ZooKeeper answers " + code);
    }
}
