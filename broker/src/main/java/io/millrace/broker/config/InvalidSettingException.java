package io.millrace.broker.config;

/** A setting's value cannot be used. The message names key, value and what is allowed. */
public final class InvalidSettingException extends RuntimeException {
    public InvalidSettingException(String key, String value, String allowed) {
        super("Invalid value '" + value + "' for " + key + ": " + allowed);
    }
}
