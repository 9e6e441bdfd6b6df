# Makes the values of 50 small studies and works out with R what $endpoint is to say of them:
#
#   Rscript reference.R values.csv table.csv comparisons.csv
#
# Even sets are whole mRSS (ties, zeros, baselines of zero), odd ones FVC with two decimals (no
# ties, so that tests are exact below 50). Values are missing at each visit, baseline included.

arguments <- commandArgs(trailingOnly = TRUE)
RNGversion("4.2.0")
set.seed(20261127)

study <- function(set) {
  n <- sample(4:60, 1)
  score <- function(centre) pmin(51, pmax(0, round(rnorm(n, centre, 5))))
  volume <- function(centre) round(pmax(20, rnorm(n, centre, 9)), 2)
  missing <- function(values, share) { values[runif(n) < share] <- NA; values }
  data.frame(
    set = set, subject = seq_len(n), sex = sample(c("female", "male"), n, replace = TRUE),
    mrss_baseline = missing(score(6), 0.1), mrss_month6 = missing(score(5), 0.2),
    mrss_month12 = missing(score(4), 0.3),
    fvc_baseline = missing(volume(80), 0.1), fvc_month6 = missing(volume(79), 0.2),
    fvc_month12 = missing(volume(77), 0.3))
}

# Differences of decimals as decimals.
less <- function(a, b) round(a - b, 8)

pairs <- function(data, measure, population, visit) {
  baseline <- data[[paste0(measure, "_baseline")]]
  month6 <- data[[paste0(measure, "_month6")]]
  month12 <- data[[paste0(measure, "_month12")]]
  then <- if (visit == "month-6") month6 else month12
  carried <- if (visit == "month-6") month6 else ifelse(is.na(month12), month6, month12)
  value <- switch(population,
    completers = ifelse(is.na(month12), NA, then),
    observed = then,
    locf = carried,
    itt = ifelse(is.na(carried), baseline, carried))
  data.frame(baseline = baseline, value = value, change = less(value, baseline))
}

p <- function(test) tryCatch(suppressWarnings(test)$p.value, error = function(e) NA)
few <- function(x, least, f) if (length(x) < least) NA else f(x)

table <- NULL
comparisons <- NULL
values <- NULL
for (set in 1:50) {
  data <- study(set)
  values <- rbind(values, data)
  measure <- if (set %% 2 == 0) "mrss" else "fvc"
  other <- if (set %% 2 == 0) "fvc" else "mrss"
  for (population in c("completers", "observed", "locf", "itt")) {
    for (visit in c("month-6", "month-12")) {
      all <- pairs(data, measure, population, visit)
      correlate <- pairs(data, other, population, visit)
      for (stratum in c("all", "female", "male")) {
        has <- !is.na(all$change) & (stratum == "all" | data$sex == stratum)
        x <- all[has, ]
        both <- has & !is.na(correlate$change)
        rho <- if (sum(both) < 3) NULL else
          tryCatch(suppressWarnings(cor.test(all$change[both], correlate$change[both],
            method = "spearman", exact = FALSE)), error = function(e) NULL)
        quartile <- function(v, at) few(v, 1, function(v) unname(quantile(v, at, type = 7)))
        percent <- (100 * x$change / abs(x$baseline))[x$baseline != 0]
        interval <- tryCatch(t.test(x$change)$conf.int, error = function(e) c(NA, NA))
        table <- rbind(table, data.frame(
          set, population, stratum, visit, n = nrow(x),
          baseline_mean = few(x$baseline, 1, mean), baseline_sd = few(x$baseline, 2, sd),
          visit_mean = few(x$value, 1, mean), visit_sd = few(x$value, 2, sd),
          change_mean = few(x$change, 1, mean), change_sd = few(x$change, 2, sd),
          change_ci_low = interval[1], change_ci_high = interval[2],
          percent_change_mean = few(percent, 1, mean), percent_change_sd = few(percent, 2, sd),
          p_paired_t = p(t.test(x$change)),
          p_wilcoxon = p(wilcox.test(x$change)),
          baseline_median = quartile(x$baseline, 0.5), baseline_q1 = quartile(x$baseline, 0.25),
          baseline_q3 = quartile(x$baseline, 0.75), visit_median = quartile(x$value, 0.5),
          visit_q1 = quartile(x$value, 0.25), visit_q3 = quartile(x$value, 0.75),
          change_median = quartile(x$change, 0.5), change_q1 = quartile(x$change, 0.25),
          change_q3 = quartile(x$change, 0.75),
          spearman_rho = if (is.null(rho)) NA else unname(rho$estimate),
          p_spearman = if (is.null(rho)) NA else rho$p.value,
          responders = sum(x$change <= -2)))
      }
      women <- all$change[!is.na(all$change) & data$sex == "female"]
      men <- all$change[!is.na(all$change) & data$sex == "male"]
      comparisons <- rbind(comparisons, data.frame(
        set, population, visit,
        welch = p(t.test(women, men)), mann_whitney = p(wilcox.test(women, men))))
    }
  }
}

write <- function(frame, file) {
  number <- sapply(frame, is.double)
  frame[number] <- lapply(frame[number], function(x) ifelse(is.na(x), "", sprintf("%.10g", x)))
  write.csv(frame, file, row.names = FALSE, quote = FALSE, na = "")
}
values[grepl("mrss|fvc", names(values))] <-
  lapply(values[grepl("mrss|fvc", names(values))], function(x) ifelse(is.na(x), "", as.character(x)))
write.csv(values, arguments[1], row.names = FALSE, quote = FALSE)
write(table, arguments[2])
write(comparisons, arguments[3])
