package io.millrace.broker.api.admin;

import java.util.SortedMap;

/** The loggers of this process and how much they tell. Any thread. */
public interface LogLevels {
    /** The name that stands for all loggers without a level of their own. */
    String ROOT = "root";

    /** The level in force of each logger there is. */
    SortedMap<String, String> all();

    /** Has a logger tell so much from now on; {@code level} is TRACE, DEBUG, INFO, WARN or ERROR. */
    void set(String logger, String level);

    /** Takes a logger's own level away. */
    void reset(String logger);
}
