import csv
import datetime
import glob
import os
import tempfile
import unittest

from tests.replica import Replica

COLLECTS = """
    import json
    from azureml.monitoring import ModelDataCollector

    def init():
        global inputs, predictions
        inputs = ModelDataCollector("ridge", designation="inputs", feature_names=["age", "bmi"])
        predictions = ModelDataCollector("ridge", designation="predictions")

    def run(raw):
        data = json.loads(raw)["data"]
        correlation = inputs.collect(data)
        predictions.collect([sum(row) for row in data], correlation)
        return correlation
"""
NUMPY = """
    import json, numpy
    from azureml.monitoring import ModelDataCollector

    def init():
        global collector
        collector = ModelDataCollector("../../m", designation="inputs", model_version=7)

    def run(raw):
        collector.collect(numpy.array(json.loads(raw)))
        return "fine"
"""
UNWRITABLE = """
    from azureml.monitoring import ModelDataCollector

    def init():
        global collector
        collector = ModelDataCollector("m", identifier="inputs")

    def run(raw):
        collector.collect([1])
        collector.collect("x" * (2 << 20))
        return "fine"
"""


class ModelData(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp()

    def replica(self, script, enabled="true", **more):
        return Replica(script, files={"azureml-models/ridge/3/m.pkl": b"", "azureml-models/ridge/12/m.pkl": b""}, SERVICE_NAME="wine",
                       GATEHOUSE_MODEL_DATA=self.folder, GATEHOUSE_WORKSPACE="s/g/w", AML_MODEL_DC_STORAGE_ENABLED=enabled, **more)

    def files(self):
        return sorted(os.path.relpath(p, self.folder) for p in glob.glob(self.folder + "/**/*.csv", recursive=True))

    def rows(self, name):
        with open(os.path.join(self.folder, name), newline="") as f:
            return list(csv.reader(f))

    def test_rows_go_to_the_file_of_the_day_with_what_ties_them_together(self):
        with self.replica(COLLECTS) as replica:
            ids = [replica.ask("POST", "/score", '{"data": [[1, 2.5], [3, 4]]}', {"x-request-id": "r%d" % i}).json() for i in (1, 2)]
        today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y/%m/%d")
        self.assertEqual(["ridge/12/inputs/%s/data.csv" % today, "ridge/12/predictions/%s/data.csv" % today], self.files())
        header, *rows = self.rows(self.files()[0])
        self.assertEqual(["age", "bmi", "$aml_dc_correlation_id", "$aml_dc_scoring_timestamp", "$aml_workspace", "$aml_service_name",
                          "$aml_model_name", "$aml_model_version", "$aml_request_id"], header)
        self.assertEqual([["1", "2.5"], ["3", "4"]] * 2, [row[:2] for row in rows])
        self.assertEqual([ids[0], ids[0], ids[1], ids[1]], [row[2] for row in rows])
        self.assertEqual(["s/g/w", "wine", "ridge", "12", "r1"], rows[0][4:])
        header, row, _ = self.rows(self.files()[1])
        self.assertEqual(["column0", "column1"], header[:2])
        self.assertEqual(["3.5", "7", ids[0]], row[:3])

    def test_nothing_is_kept_while_the_service_does_not_collect(self):
        with self.replica(COLLECTS, enabled="false") as replica:
            self.assertEqual(200, replica.score({"data": [[1, 2]]}).status)
            self.assertIn("collect_model_data=True", replica.log())
        self.assertEqual([], self.files())

    def test_arrays_and_names_that_lead_elsewhere(self):
        with self.replica(NUMPY) as replica:
            self.assertEqual(200, replica.score([[1.5, 2], [3, 4]]).status)
        self.assertEqual([["1.5", "2.0"], ["3.0", "4.0"]], [row[:2] for row in self.rows(self.files()[0])[1:]])
        self.assertTrue(self.files()[0].startswith("_._.._m/7/inputs/"), self.files())

    def test_fault_of_the_collection_fails_no_request_and_is_said_once(self):
        self.folder = "/proc/nowhere"
        with self.replica(UNWRITABLE) as replica:
            self.assertEqual([200, 200], [replica.score(1).status for _ in range(2)])
            self.assertEqual(1, replica.log().count("nothing was collected"))

    def test_installed_package_is_not_shadowed(self):
        package = {"lib/azureml/monitoring/__init__.py": "class ModelDataCollector:\n    mine = True\n"}
        script = """
            from azureml.monitoring import ModelDataCollector

            def init(): pass

            def run(raw):
                return ModelDataCollector.mine
        """
        root = tempfile.mkdtemp()
        for name, text in package.items():
            os.makedirs(os.path.dirname(os.path.join(root, name)))
            with open(os.path.join(root, name), "w") as f:
                f.write(text)
        with self.replica(script, PYTHONPATH=root + "/lib") as replica:
            self.assertEqual(True, replica.score(1).json())


if __name__ == "__main__":
    unittest.main()
