package io.millrace.broker.group;

import io.millrace.protocol.ErrorCode;
import java.util.List;

/**
 * The groups that this broker coordinates.
 *
 * @param error COORDINATOR_LOAD_IN_PROGRESS where some are not known yet, COORDINATOR_NOT_AVAILABLE where the broker
 *     stops, else NONE
 * @param groups those that are known, without their members
 */
public record GroupList(ErrorCode error, List<GroupView> groups) {}
