namespace MnistCnn;

/// <summary>What a predictor sees in an image.</summary>
/// <param name="ClassIndex">The most probable class, 0 to classes − 1; the lowest of several with equal probability.</param>
/// <param name="ClassName">Its name, as the weights file has it: of digits, the digit.</param>
/// <param name="Probability">Its probability, 1 / classes to 1.</param>
/// <param name="IsFamiliar">
/// Whether the image is like those that the network was trained on. False: the class is a guess about something else, such as a letter, noise, or a blank
/// picture. True for every image where the file has no <see cref="Networks.Calibration.FamiliarityThreshold"/>.
/// </param>
/// <param name="Familiarity">
/// The score that was compared with the threshold, any finite number, higher for what is more familiar: <see cref="Networks.Calibration.FamiliarityThreshold"/>
/// has its formula. Blank and nearly blank images are unfamiliar whatever their score.
/// </param>
public readonly record struct Prediction(int ClassIndex, string ClassName, float Probability, bool IsFamiliar, float Familiarity);
