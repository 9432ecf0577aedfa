using MnistCnn;

SyntheticDigits digits = new(count: 2000, seed: 1);
using CnnClassifier model = new(new CnnClassifierOptions { Seed = 1 });
StopAfter fifty = new(50);
FitResult fit = new Trainer(new TrainerOptions { BatchSize = 32, LearningRate = 0.002 }, [fifty]).Fit(model, digits);
model.Save("model.safetensors");
using CnnClassifier loaded = CnnClassifier.Load("model.safetensors");
double accuracy = new Trainer().Evaluate(loaded, new SyntheticDigits(count: 500, seed: 2)).Accuracy;
Prediction prediction = CnnPredictor.Load("model.safetensors").Predict(digits.GetImage(0));
Console.WriteLine($"stop={fit.StopReason} steps={fifty.Steps} loss_fell={fifty.Last < fifty.First} accuracy_above_chance={accuracy > 0.3} "
    + $"digit={prediction.ClassIndex} label={digits.GetLabel(0)}");

internal sealed class StopAfter(int steps) : TrainerCallback
{
    public int Steps { get; private set; }

    public double First { get; private set; }

    public double Last { get; private set; }

    public override void OnStepEnd(TrainerContext context, StepResult step)
    {
        Steps++;
        Last = step.Loss;
        First = Steps == 1 ? Last : First;
        if (Steps == steps)
        {
            context.RequestStop($"{steps} steps");
        }
    }
}
