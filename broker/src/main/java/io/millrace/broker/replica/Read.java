package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.protocol.record.Records;
import java.util.Optional;

/**
 * What a consumer gets of a partition.
 *
 * @param records to be released by whoever does not send them; empty where there are none
 * @param divergence where the reader's history departs from the log's: it must go back to there
 */
public record Read(Records records, long highWatermark, long logStartOffset, Optional<EpochEnd> divergence) {}
