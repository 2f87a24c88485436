package dev.gatehouse.server.state;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in WAL mode with synchronous FULL: what a transaction has committed survives {@code kill
 * -9} and a power cut. Write transactions take the write lock at their start, so they queue for at
 * most ten seconds instead of failing.
 */
public final class Database implements AutoCloseable {
  private static final int CONNECTIONS = 8;
  private static final int BUSY_MILLIS = 10_000;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Database(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
  }

  /** Opens or makes the file and brings its tables up to date. */
  public static Database open(Path file) {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    var source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    var pooled = new HikariConfig();
    pooled.setDataSource(source);
    pooled.setMaximumPoolSize(CONNECTIONS);
    pooled.setMinimumIdle(1);
    pooled.setPoolName("state");
    pooled.setConnectionTimeout(BUSY_MILLIS);
    var database = new Database(new HikariDataSource(pooled));
    Migrations.apply(database.jdbi);
    return database;
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  /** For the library of durable timers, which speaks JDBC. */
  public DataSource dataSource() {
    return pool;
  }

  @Override
  public void close() {
    pool.close();
  }
}
