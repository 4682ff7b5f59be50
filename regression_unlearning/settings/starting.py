"""Entry files to start from, one for each shape of data: valid as they stand."""

from string import Template

from regression_unlearning.errors import unknown

_HEAD = Template("""\
# A dataset of your own, and an experiment with it: read over params.yaml, which stays as it is.
#   snakemake -n --configfile $name.yaml --config experiment=$name          checks names and ranges
#   snakemake --cores 2 --configfile $name.yaml --config experiment=$name   makes tables and report
# docs/settings.md describes each key, docs/your-own-data.md the way from files to a request.

datasets:
  $name:
""")

_TAIL = Template("""
    # What every method of this dataset trains with, and the methods that it has: `{}` is as in
    # params.yaml's `methods`, {epochs: 5} differs.
    unlearning: {epochs: 1, learning_rate: 0.001, batch_size: $batch_size}
    methods: {finetune: {}, gaussian_amnesiac: {}, blindspot: {}}

experiments:
  $name:
    title: Unlearning on $name
    seeds: [0, 1, 2]      # five or more for intervals that mean something
    tables:
      table1: {title: Unlearning on $name, dataset: $name, forget_sets: [$forget_set],
               methods: [finetune, gaussian_amnesiac, blindspot]}
    figures:
      figure1: {like: table1, kind: difference_densities}
""")

_IMAGES = Template("""\
    loader: image_folder
    title: $name
    # EDIT: a folder, tar or zip of images, and a CSV with one line an image; names of its columns.
    # Without a column that says train, validation or test: in place of `split: split`
    # divided: {validation: 0.1, test: 0.1, seed: 0}
    source: {folder: /data/$name, images: images.tar, labels: labels.csv,
             file: file, target: age, split: split}
    model: {name: resnet18}          # or allcnn, mobilenet_v3
    loss: l1
    unit: years           # EDIT
    training: {epochs: 100, learning_rate: 0.01, batch_size: 256, schedule: {name: plateau}}
    blindspot: {epochs: 2, learning_rate: 0.01, batch_size: 256}    # the helper of that method
    # EDIT: who is to be forgotten. Also: {select: band, from: 0, up_to: 30} of the target,
    # {select: random, rows: 1000}, {select: ids, file: ids.txt}.
    forget_sets:
      person: {title: One person, select: where, column: person, equals: [jane]}
""")

_LOAD = Template("""\
    loader: hourly_table
    title: $name
    # EDIT: a wide table: a column of dates, then one a customer; of a zip or tar also `member`;
    # with ; or decimal commas, half hours, gaps: `table` (docs/your-own-data.md).
    source: {path: /data/$name.csv}
    model: {name: tft, hidden: 16, hidden_continuous: 8, embedding: 16, heads: 4, dropout: 0.1}
    loss: quantile
    quantiles: [0.1, 0.5, 0.9]       # the middle one is the forecast
    unit: deviations of a customer's load
    training: {epochs: 10, learning_rate: 0.001, batch_size: 64, schedule: {name: step, epochs: 3}}
    blindspot: {epochs: 1, learning_rate: 0.001, batch_size: 64}    # the helper of that method
    # EDIT: who is to be forgotten; {select: band, from: 0.85} would be hours of high load.
    forget_sets:
      customer: {title: One customer, select: where, column: customer, equals: [MT_200]}
""")

_PAIRS = Template("""\
    loader: stsb
    title: $name
    # EDIT: `data_mirror` (below, or the environment variable REGRESSION_UNLEARNING_DATA_MIRROR) is
    # a folder; it holds $name/sts-train.csv, sts-dev.csv and sts-test.csv, tab-separated:
    # genre, file, year, id, score 0-5, two sentences. Word vectors: `embedding` in params.yaml.
    source: {mirror: ["$name/{file}"]}
    model: {name: lstm, hidden: 64, dropout: 0.3, head: [64, 32, 16]}
    loss: mse
    unit: points of the score
    training: {epochs: 100, learning_rate: 0.01, batch_size: 256, schedule: {name: plateau}}
    blindspot: {epochs: 10, learning_rate: 0.01, batch_size: 256}   # the helper of that method
    # EDIT: what is to be forgotten. Also: {select: where, column: year, equals: ["2015"]},
    # {select: random, rows: 1000}, {select: ids, file: ids.txt}.
    forget_sets:
      low: {title: Scores 0-2, select: band, from: 0, below: 2}
""")

#: Shape of the files -> the dataset's own lines, its forget set, the size of a mini-batch.
KINDS = {
    "image_folder": (_IMAGES, "person", 256),
    "hourly_table": (_LOAD, "customer", 64),
    "pairs": (_PAIRS, "low", 256),
}


def entry_file(name: str, kind: str) -> str:
    """Text of a file of settings with one dataset and one experiment of the same name.

    Raises
    ------
    UserError
        For an unknown kind.
    """
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    own, forget_set, batch_size = KINDS[kind]
    more = {"name": name, "forget_set": forget_set, "batch_size": batch_size}
    return "".join(part.substitute(more) for part in (_HEAD, own, _TAIL))
