package dev.gatehouse.gateway;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  @Test
  void packagesDoNotDependOnEachOtherInCircles() {
    var classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gatehouse.gateway");
    slices().matching("dev.gatehouse.gateway.(*)..").should().beFreeOfCycles().check(classes);
  }
}
