using System.Globalization;
using System.Text;

namespace MnistCnn.Training.Callbacks;

/// <summary>
/// Writes the course of a run as a table, a row every so many steps and at the end of each epoch: training figures are the means since the epoch began,
/// validation figures are empty where the model was not validated there. Numbers are invariant, rows are written at once. A resumed run goes on in the file
/// from its step on.
/// </summary>
public sealed class CsvLogger : TrainerCallback
{
    private const string Header = "epoch,step,global_step,learning_rate,trn_loss,trn_acc,val_loss,val_acc";
    private const int GlobalStepColumn = 2;
    private const int FigureCount = 6;

    private readonly string path;
    private readonly int everySteps;
    private string figures = "";
    private long rowStart;
    private long rowStep;

    /// <summary>Creates the callback.</summary>
    /// <param name="path">The file; an old one is overwritten by a run that begins anew. Its folder is created.</param>
    /// <param name="everySteps">After how many steps of an epoch, 1 or more; 100 by default. Counted anew in each epoch.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="everySteps"/> is below 1.</exception>
    public CsvLogger(string path, int everySteps = 100)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(everySteps, 1);
        (this.path, this.everySteps) = (path, everySteps);
    }

    /// <inheritdoc/>
    public override bool IsForFirstRank => true;

    /// <inheritdoc/>
    public override void OnFitStart(TrainerContext context)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string[] before = context.GlobalStep > 0 && File.Exists(path)
            ? [.. File.ReadLines(path).Skip(1).TakeWhile(line => StepOf(line) <= context.GlobalStep)] : [];
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(before.Prepend(Header).Select(line => line + "\n")))));
        // Its validation may be still to come.
        string last = before.LastOrDefault("");
        (figures, rowStep) = last.Length > 0 ? (string.Join(',', last.Split(',')[..FigureCount]), StepOf(last)) : ("", 0);
        rowStart = new FileInfo(path).Length - last.Length - 1;
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        if (step.Step % everySteps != 0 && step.Step != step.StepsPerEpoch)
        {
            return;
        }

        figures = string.Create(CultureInfo.InvariantCulture,
            $"{step.Epoch},{step.Step},{step.GlobalStep},{context.LearningRate:R},{step.EpochLoss:F6},{step.EpochAccuracy:F6}");
        (rowStep, rowStart) = (step.GlobalStep, new FileInfo(path).Length);
        Append(context.LastValidation is { } last && last.GlobalStep == step.GlobalStep ? last.Result : null);
    }

    /// <inheritdoc/>
    public override void OnValidationEnd(TrainerContext context, EvaluationResult result)
    {
        if (context.GlobalStep == rowStep)
        {
            using (FileStream file = File.OpenWrite(path))
            {
                file.SetLength(rowStart);
            }

            Append(result);
        }
    }

    /// <summary>The step of a row, none for one that was cut when its process was killed.</summary>
    private static long StepOf(string line) => line.Split(',') is { Length: FigureCount + 2 } cells
        && long.TryParse(cells[GlobalStepColumn], NumberStyles.None, CultureInfo.InvariantCulture, out long step)
        ? step
        : long.MaxValue;

    private void Append(EvaluationResult? validation) =>
        File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{figures},{validation?.Loss:F6},{validation?.Accuracy:F6}\n"));
}
