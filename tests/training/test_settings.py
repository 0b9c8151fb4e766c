import pytest

from stemme.errors import StemmeError
from stemme.training.settings import Settings, Tuning, read


def written(tmp_path, text):
    path = tmp_path / "run.toml"
    path.write_text(text, "utf-8")
    return path


def test_paths_are_meant_from_the_files_folder(tmp_path):
    settings = read(
        written(tmp_path, 'corpora = "c"\noutput = "../o"\nlearning_rate = 1\nlanguages = ["te"]'), Settings
    )
    assert settings.corpora == tmp_path / "c"
    assert settings.output == tmp_path / "../o"
    assert settings.learning_rate == 1.0
    assert settings.languages == ("te",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("corpora = ", "not TOML"),
        ('corpora = "c"', "output missing"),
        ('corpora = "c"\noutput = "o"\nepoch = 3', "unknown setting epoch; known are corpora"),
        ('corpora = "c"\noutput = "o"\nepochs = "3"', "epochs is '3', but must be of type int"),
        ('corpora = "c"\noutput = "o"\nepochs = 0', "epochs is 0; give 1 or more"),
        ('corpora = "c"\noutput = "o"\nbatch_size = -8', "batch_size is -8; give 1 or more"),
        ('corpora = "c"\noutput = "o"\ndropout = 1.5', "dropout is 1.5; give 0 to 1"),
        ('corpora = "c"\noutput = "o"\nlearning_rate = -1', "learning_rate is -1.0; give 0 or more"),
        ('corpora = "c"\noutput = "o"\nwarmup = 1', "warmup is 1.0; give 0 or more, under 1"),
        ('corpora = "c"\noutput = "o"\nseed = 4294967296', "seed is 4294967296; give 0 or more, under 4294967296"),
        ('corpora = "c"\noutput = "o"\nlanguages = ["nb", 3]', r"languages is \['nb', 3\]; give names of folders"),
        ('corpora = "c"\noutput = "o"\nlanguages = ["nb", "nb"]', "give names of folders below corpora, each once"),
        ('corpora = "c"\noutput = "o"\nlanguages = []', r"languages is \[\]; give names"),
    ],
)
def test_wrong_settings_are_named_with_their_file(tmp_path, text, message):
    with pytest.raises(StemmeError, match=f"run.toml: .*{message}"):
        read(written(tmp_path, text), Settings)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("tags = 2", "loss_weights has no 'tags'; known are frame, dimension, tag, topic"),
        ("tag = true", "loss_weights.tag is True, but must be of type float"),
        ("tag = -1", "loss_weights.tag is -1.0; give 0 or more"),
    ],
)
def test_loss_weights_are_those_of_the_heads(tmp_path, weights, message):
    with pytest.raises(StemmeError, match=f"run.toml: {message}"):
        read(written(tmp_path, f'corpora = "c"\noutput = "o"\n[loss_weights]\n{weights}'), Settings)
    right = read(written(tmp_path, 'corpora = "c"\noutput = "o"\nloss_weights.tag = 3'), Settings)
    assert right.loss_weights == {"tag": 3}


@pytest.mark.parametrize(
    ("line", "message"),
    [("kept = 7.5", "kept is 7.5; give 0 to 1"), ('languages = ["nb"]', "languages has no meaning")],
)
def test_settings_of_training_on_are_checked_as_well(tmp_path, line, message):
    with pytest.raises(StemmeError, match=message):
        read(written(tmp_path, f'corpora = "c"\noutput = "o"\n{line}'), Tuning)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(StemmeError, match=r"nowhere\.toml: No such file"):
        read(tmp_path / "nowhere.toml", Settings)


def test_tuning_has_defaults_of_its_own_and_names_what_it_rehearses(tmp_path):
    settings = read(written(tmp_path, 'corpora = "c"\noutput = "o"\nreplay = "../old"'), Tuning)
    assert settings.replay == tmp_path / "../old"
    assert settings.languages == ()
    assert settings.learning_rate < Settings.learning_rate
