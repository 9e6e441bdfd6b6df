package org.rodnan.ingest;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of what is loaded at start.
 *
 * @param load whether the seed trials go into an empty store
 */
@ConfigurationProperties("rodnan.trials")
record TrialSettings(@DefaultValue("true") boolean load) {}
